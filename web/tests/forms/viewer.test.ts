import { afterEach, expect, it } from 'vitest'
import { makeForm } from '@/forms/viewer'

const FIELDS = ['person', 'place'].map((key) => ({ type: 'textfield', key, id: key, label: key }))

let end: (() => void) | undefined
afterEach(() => end?.())

it('has what was typed at once, so that a form drawn anew right after loses nothing', async () => {
  document.body.innerHTML = '<div id="place"></div>'
  const container = document.getElementById('place')!
  const form = await makeForm({ container, schema: { type: 'default', components: FIELDS }, data: {} })
  end = () => form.destroy()
  await expect.poll(() => container.querySelectorAll('input').length).toBe(2)
  const [person, place] = container.querySelectorAll('input')
  person!.value = '何立新'
  person!.dispatchEvent(new Event('input', { bubbles: true }))
  // Another field's value comes from elsewhere and everything is drawn again.
  form._setState({ data: { ...(form._getState().data as object), place: '桥头' } })
  await expect.poll(() => place!.value).toBe('桥头')
  await new Promise((done) => setTimeout(done, 400))
  expect(person!.value).toBe('何立新')
  expect(form._getState().data).toEqual({ person: '何立新', place: '桥头' })
})
