import { describe, expect, it } from 'vitest'
import en from '@/i18n/en/tour.json'
import zh from '@/i18n/zh/tour.json'
import { TOURS, kindOf } from '@/tour/steps'

describe('a tour', () => {
  it('is the one of a role, whatever others somebody has', () => {
    expect(kindOf(['grid_worker'])).toBe('grid')
    expect(kindOf(['mediator'])).toBe('clerk')
    expect(kindOf(['village_lead', 'grid_worker'])).toBe('leader')
    expect(kindOf(['leader', 'admin'])).toBe('operator')
    expect(kindOf([])).toBe('clerk')
  })

  it.each(Object.entries(TOURS))('of %s has four to six steps, each said in both languages', (kind, steps) => {
    expect(steps.length).toBeGreaterThanOrEqual(4)
    expect(steps.length).toBeLessThanOrEqual(6)
    for (const { name } of steps) {
      for (const words of [zh, en]) {
        const said = (words.tour as unknown as Record<string, Record<string, { title: string; text: string }>>)[kind]?.[name]
        expect(said?.title && said.text, `${kind}.${name}`).toBeTruthy()
      }
    }
  })
})
