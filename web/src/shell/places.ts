/** Where one can go: shown when any of the scopes is the caller's. */
export interface Place {
  name: string
  to: string
  icon: string
  scopes: string[]
  phone: boolean
}

export const PLACES: readonly Place[] = [
  { name: 'inbox', to: '/inbox', icon: 'inbox', scopes: ['tasks:read'], phone: true },
  { name: 'cases', to: '/cases', icon: 'cases', scopes: ['cases:read'], phone: true },
]
