import { describe, expect, it } from 'vitest'
import type { Row, Unit } from '@/api/reports'
import { periodsAt, weekOf } from '@/board/asked'
import { heatMarks, heatOf, mapOf, namesOf } from '@/board/tiles'

const unit = (id: string, name: string, parent: string | null, path: string): Unit => ({ id, name, parent, path, level: '', department: null })
const units = {
  towns: [unit('t1', '青石镇', 'c', '/c/t1/'), unit('t2', '白马镇', 'c', '/c/t2/')],
  villages: [unit('v1', '青石镇下井村', 't1', '/c/t1/v1/'), unit('v2', '白马镇东埠村', 't2', '/c/t2/v2/')],
  grids: [unit('g1', '青石镇下井村第1网格', 'v1', '/c/t1/v1/g1/'), unit('g2', '青石镇下井村第2网格', 'v1', '/c/t1/v1/g2/'), unit('g3', '白马镇东埠村第1网格', 'v2', '/c/t2/v2/g3/')],
}
const row = (key: string, open: number | null): Row => ({ key, open, overdue_open: 0, accepted: open })

describe('the map of grids', () => {
  it('puts grids into their villages and towns, those without cases as well', () => {
    const found = mapOf([row('g1', 10)], units, ['/c/t1/'])
    expect(found.map((town) => town.name)).toEqual(['青石镇'])
    expect(found[0]!.villages[0]!.name).toBe('下井村')
    expect(found[0]!.villages[0]!.tiles.map((tile) => [tile.name, tile.open, tile.heat])).toEqual([
      ['第1网格', 10, 5],
      ['第2网格', 0, 0],
    ])
  })

  it('says nothing of grids outside the area but what the report tells', () => {
    const found = mapOf([row('g3', null)], units, ['/c/t1/v1/'])
    expect(found[1]!.villages[0]!.tiles).toMatchObject([{ id: 'g3', open: null, heat: 0 }])
    expect(mapOf([], units, [])).toEqual([])
  })

  it('shows what is told of a village and lies in none of its grids', () => {
    expect(mapOf([row('v1', 2)], units, [])[0]!.villages[0]!.tiles).toMatchObject([{ id: 'v1', name: '青石镇下井村', open: 2 }])
  })
})

describe('heat', () => {
  it('is by fifths of the largest, and none for none', () => {
    expect([null, 0, 1, 20, 21, 99, 100].map((count) => heatOf(count, 100))).toEqual([0, 0, 1, 1, 2, 5, 5])
  })

  it('marks what was passed', () => {
    expect(heatMarks([{ key: 'a', passed: 4 }, { key: 'b', passed: 1 }, { key: 'c', passed: 0 }])).toEqual({ a: ['heat5'], b: ['heat2'] })
  })

  it('is told with the names of the diagram', () => {
    expect(namesOf('<d><t id="a" name="登记"/><t id="b"/></d>')).toEqual({ a: '登记' })
  })
})

describe('periods', () => {
  it.each([
    ['2026-11-29', '2026-W48'],
    ['2027-01-03', '2026-W53'],
    ['2024-12-30', '2025-W01'],
  ])('the week of %s is %s', (day, week) => {
    expect(weekOf(new Date(`${day}T12:00:00`))).toBe(week)
  })

  it('go over the turn of the year', () => {
    expect(periodsAt(new Date('2027-01-15T12:00:00')).map((one) => one.period)).toEqual(['2027-W02', '2027-01', '2026-12', '2027-Q1', '2027', '2026'])
  })
})
