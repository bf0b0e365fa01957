import { describe, expect, it } from 'vitest'
import { byName, compare, marksOf } from '@/design/differences'

const diagram = (inner: string, flow = 'a') => `<?xml version="1.0"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d">
  <bpmn:process id="p" isExecutable="true">
    <bpmn:laneSet id="ls"><bpmn:lane id="l1" name="镇"><bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
    <bpmn:startEvent id="s"/>
    ${inner}
    <bpmn:sequenceFlow id="f" sourceRef="s" targetRef="${flow}"/>
  </bpmn:process>
</bpmn:definitions>`

const task = (name: string, candidate: string) => `<bpmn:userTask id="a" name="${name}">
  <bpmn:extensionElements><zeebe:properties><zeebe:property name="bihuan:candidate" value="${candidate}"/></zeebe:properties></bpmn:extensionElements>
  <bpmn:incoming>f</bpmn:incoming></bpmn:userTask>`

describe('differences of diagrams', () => {
  it('are none for the same elements, wherever they are drawn', () => {
    expect(compare('x.bpmn', diagram(task('分哨', '镇')), diagram(task('分哨', '镇')))).toEqual([])
  })

  it('name what changed of an element, its extensions included', () => {
    const found = compare('x.bpmn', diagram(task('分哨', '镇')), diagram(task('分派', '县')))
    expect(found).toEqual([
      {
        kind: 'changed',
        id: 'a',
        type: 'userTask',
        name: '分派',
        fields: [
          { name: 'name', before: '分哨', after: '分派' },
          { name: 'bihuan:candidate', before: '镇', after: '县' },
        ],
      },
    ])
  })

  it('tell what came, what went and which flow goes elsewhere, each on its own diagram', () => {
    const timer = '<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition id="td"><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>'
    const found = compare('x.bpmn', diagram(task('分哨', '镇')), diagram(timer, 't'))
    expect(found.map((one) => [one.kind, one.id])).toEqual([
      ['added', 't'],
      ['changed', 'f'],
      ['removed', 'a'],
    ])
    expect(marksOf(found)).toEqual({ before: { f: ['changed'], a: ['removed'] }, after: { t: ['added'], f: ['changed'] } })
  })

  it('see a timer inside an event', () => {
    const event = (span: string) =>
      `<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition id="td"><bpmn:timeDuration>${span}</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>`
    const [one] = compare('x.bpmn', diagram(event('PT1H')), diagram(event('PT2H')))
    expect(one?.fields).toEqual([{ name: 'timerEventDefinition.timeDuration', before: 'PT1H', after: 'PT2H' }])
  })
})

describe('differences of forms and tables', () => {
  it('go by field', () => {
    const form = (required: boolean, more = '') =>
      `{"components":[{"type":"group","label":"组","components":[{"type":"textfield","key":"title","label":"标题","validate":{"required":${required}}}]}${more}]}`
    const found = compare('x.form', form(false), form(true, ',{"type":"number","key":"n","label":"人数"}'))
    expect(found.map((one) => [one.kind, one.id, one.fields])).toEqual([
      ['changed', 'title', [{ name: 'validate.required', before: 'false', after: 'true' }]],
      ['added', 'n', []],
    ])
  })

  it('go by row and column', () => {
    const table = (people: string) => `<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/">
      <decision id="grade" name="研判"><decisionTable hitPolicy="PRIORITY"><input id="i" label="人数"/><output id="o" label="等级" name="grade"/>
      <rule id="r1"><inputEntry><text>${people}</text></inputEntry><outputEntry><text>"红"</text></outputEntry></rule></decisionTable></decision></definitions>`
    const found = compare('x.dmn', table('>= 30'), table('>= 50'))
    expect(found).toEqual([
      { kind: 'changed', id: 'grade/r1', type: 'rule', name: '研判 1', fields: [{ name: '人数', before: '>= 30', after: '>= 50' }] },
    ])
  })

  it('are all of a file that is new', () => {
    expect(compare('x.bpmn', null, diagram(task('分哨', '镇'))).every((one) => one.kind === 'added')).toBe(true)
  })
})

describe('files of two packages', () => {
  it('belong together by their last names, unless two of a package share one', () => {
    expect(byName({ 'forms/a.form': '1', 'b.bpmn': '2' })).toEqual({ 'a.form': '1', 'b.bpmn': '2' })
    expect(byName({ 'x/a.form': '1', 'y/a.form': '2' })).toEqual({ 'x/a.form': '1', 'y/a.form': '2' })
  })
})
