import { describe, expect, it } from 'vitest'
import { corrected, fromCsv, lines, renewed, toCsv, weeksOf } from '@/admin/parts'

describe('a month', () => {
  it('has weeks from Monday to Sunday', () => {
    const weeks = weeksOf(2026, 11)
    expect(weeks[0]).toEqual([null, null, null, null, null, null, '2026-11-01'])
    expect(weeks.at(-1)!.slice(0, 2)).toEqual(['2026-11-30', null])
    expect(weeks.flat().filter(Boolean)).toHaveLength(30)
  })
})

describe('a corrected calendar', () => {
  const entry = (kind: string) => `[[days]]\ndate = 2026-06-29\nkind = "${kind}"\nname = "地方放假"\nsource = "市政府通知"\n`

  it('has an entry more, what was there stays', () => {
    expect(corrected('name = "cn"\n', '2026-06-29', 'holiday', '地方放假', '市政府通知')).toBe(`name = "cn"\n\n${entry('holiday')}`)
  })

  it('has the entry of the same day anew, others as they were', () => {
    const other = '\n[[days]]\ndate = 2026-06-30\nkind = "work"\n'
    expect(corrected(`name = "cn"\n\n${entry('holiday')}${other}`, '2026-06-29', 'work', '地方放假', '市政府通知')).toBe(
      `name = "cn"\n\n${entry('work')}${other}`,
    )
  })

  it('quotes what people write', () => {
    expect(corrected('', '2026-06-29', 'work', 'a"b\nc', 'x')).toContain('name = "a\\"b\\nc"')
  })
})

describe('a change of a file', () => {
  it('is told by its lines, with those around', () => {
    expect(lines('a\nb\nc\nd\ne', 'a\nb\nX\nd\ne', 1)).toEqual([
      { kind: 'same', text: 'b' },
      { kind: 'drop', text: 'c' },
      { kind: 'add', text: 'X' },
      { kind: 'same', text: 'd' },
    ])
  })
})

describe('a limit with another span', () => {
  const block = (value: number, from: string) =>
    `[[limit]]\nname = "whistle.case"\ntitle = "全案"\nvalue = ${value}\nunit = "day"\npauses = [\n    { reason = "appraisal", longest = "60 day", times = 2 },\n]\neffective_from = ${from}\n`
  const next = '\n# 下一个时限\n[[limit]]\nname = "whistle.sign"\nvalue = 1\nunit = "workDay"\neffective_from = 2020-01-01\n'

  it('has one version more, like the newest one, and nothing else is different', () => {
    const text = block(60, '2020-01-01') + next
    expect(renewed(text, 'whistle.case', 45, 'workDay', '2027-01-01')).toBe(
      `${text}\n${block(45, '2027-01-01').replace('unit = "day"', 'unit = "workDay"')}`,
    )
  })

  it('goes on from the version that begins last', () => {
    const text = `${block(60, '2026-01-01').replace('"60 day"', '"90 day"')}\n${block(30, '2020-01-01')}`
    expect(renewed(text, 'whistle.case', 45, 'day', '2027-01-01')).toContain('"90 day", times = 2 },\n]\neffective_from = 2027-01-01')
  })

  it('is none where there is no such limit', () => {
    expect(renewed(next, 'whistle.case', 45, 'day', '2027-01-01')).toBeNull()
  })
})

describe('rows as CSV', () => {
  it('come back as they were, with quotes, commas and lines within cells', () => {
    const rows = [['说明', '类别'], ['物业, "老旧"', '["a", "b"]'], ['两\n行', '-']]
    expect(fromCsv(toCsv(rows))).toEqual(rows)
  })

  it('leave out rows that hold nothing', () => {
    expect(fromCsv('a,b\r\n,\r\n\r\n1,2')).toEqual([['a', 'b'], ['1', '2']])
  })
})
