import type { components } from './contract'
import { call, freshKey } from './http'

export type CaseDocument = components['schemas']['Document']
export type Dossier = components['schemas']['Dossier']
export type Documents = components['schemas']['Documents']

const at = (id: string): string => `/cases/${encodeURIComponent(id)}`

export async function readDocuments(id: string): Promise<Documents> {
  return (await call<Documents>(`${at(id)}/documents`)).body
}

/** Make a document; with a reason a further version of one that was made. */
export async function makeDocument(id: string, number: number, reason: string): Promise<void> {
  await call(`${at(id)}/documents/${number}`, { method: 'POST', body: { reason }, key: freshKey() })
}

export async function signDocument(id: string, number: number, sha256: string): Promise<void> {
  await call(`${at(id)}/documents/${number}/signatures`, { method: 'POST', body: { sha256 }, key: freshKey() })
}

export async function sealDossier(id: string): Promise<void> {
  await call(`${at(id)}/dossier/list`, { method: 'POST', key: freshKey() })
}

export const documentAddress = (id: string, number: number, version: number): string =>
  `/api/v1${at(id)}/documents/${number}?version=${version}&download=1`

export const previewAddress = (id: string, number: number): string => `/api/v1${at(id)}/documents/${number}/preview`

export const dossierAddress = (id: string): string => `/api/v1${at(id)}/dossier/list`
