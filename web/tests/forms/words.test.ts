import { describe, expect, it } from 'vitest'
import { entries, type Saying } from '@/case/telling'
import { wordsOf } from '@/forms/words'

const FORM = {
  components: [
    { type: 'text', text: '说明' },
    { type: 'datetime', key: 'found_at', dateLabel: '发现时间' },
    { type: 'radio', key: 'kind', label: '类别', values: [{ value: 'safety', label: '安全隐患' }, { value: 'self' }] },
    { type: 'select', key: 'unit', label: '单位', valuesKey: 'units' },
    { type: 'group', components: [{ type: 'textfield', key: 'place.street', label: '街道' }] },
    { type: 'dynamiclist', path: 'parties', label: '当事人', components: [{ type: 'textfield', key: 'name', label: '姓名' }] },
  ],
}
const SAYING: Saying = { yes: '是', no: '否', name: (id) => id }

describe('the words of a form', () => {
  it('are told by the path of the field', () => {
    const words = wordsOf(FORM)
    expect(Object.fromEntries(Object.entries(words).map(([path, word]) => [path, word.label]))).toEqual({
      found_at: '发现时间', kind: '类别', unit: '单位', 'place.street': '街道', parties: '当事人', 'parties.name': '姓名',
    })
    expect(words.kind?.options).toEqual({ safety: '安全隐患', self: 'self' })
    expect(words.unit?.source).toBe('units')
  })

  it('say what was entered without codes, empty lists and the names of fields', () => {
    const said = entries({ kind: 'safety', parties: [{ name: '张三' }], found_at: '', photos: [] }, wordsOf(FORM), {}, SAYING)
    expect(said.map((one) => [one.label, one.telling])).toEqual([
      ['类别', { kind: 'text', text: '安全隐患' }],
      ['当事人', { kind: 'records', records: [[{ name: '姓名', telling: { kind: 'text', text: '张三' } }]] }],
    ])
  })

  it('are none where there is no form', () => {
    expect(wordsOf({})).toEqual({})
  })
})
