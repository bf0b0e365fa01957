import type { components } from './contract'
import { call } from './http'

export type Submission = components['schemas']['Submission']
export type Submitted = components['schemas']['Submitted']
export type Finding = components['schemas']['Finding']

/** Files of a package by name. */
export type Files = Record<string, string>

export async function readSubmissions(): Promise<Submission[]> {
  return (await call<{ items: Submission[] }>('/deployments')).body.items
}

export async function readSubmission(number: number): Promise<{ submission: Submitted; files: Files }> {
  const submission = (await call<Submitted>(`/deployments/${number}`)).body
  const texts = await Promise.all(
    submission.files.map((name) => call<{ xml: string }>(`/deployments/${number}/files/${name.split('/').map(encodeURIComponent).join('/')}`)),
  )
  return { submission, files: Object.fromEntries(submission.files.map((name, place) => [name, texts[place]!.body.xml])) }
}

function form(files: Files, more: Record<string, string> = {}): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(more)) data.append(name, value)
  for (const [name, text] of Object.entries(files)) data.append(name, new File([text], name))
  return data
}

/** Hold files against the rules without handing them in. */
export async function checkFiles(files: Files): Promise<Finding[]> {
  return (await call<{ findings: Finding[] }>('/deployments/check', { method: 'POST', form: form(files) })).body.findings
}

export async function handIn(files: Files, name: string): Promise<Submitted> {
  return (await call<Submitted>('/deployments', { method: 'POST', form: form(files, { package: name }) })).body
}

export async function publish(number: number): Promise<void> {
  await call(`/deployments/${number}/publish`, { method: 'POST' })
}

export async function reject(number: number, reason: string): Promise<void> {
  await call(`/deployments/${number}/reject`, { method: 'POST', body: { reason } })
}

export async function readVersionFiles(key: string, version: number): Promise<Files> {
  const path = `/definitions/${encodeURIComponent(key)}/versions/${version}/files`
  const items = (await call<{ items: { name: string; text: string }[] }>(path)).body.items
  return Object.fromEntries(items.map((one) => [one.name, one.text]))
}

let rules: Promise<Record<string, string>> | null = null

/** What each rule asks for, by its id; asked for once. */
export function readRules(): Promise<Record<string, string>> {
  rules ??= call<{ items: { rule: string; asks: string }[] }>('/model-rules').then(
    (answer) => Object.fromEntries(answer.body.items.map((one) => [one.rule, one.asks])),
    (error: unknown) => {
      rules = null
      throw error
    },
  )
  return rules
}
