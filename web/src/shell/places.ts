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
  { name: 'register', to: '/register', icon: 'register', scopes: ['cases:start'], phone: true },
  { name: 'cases', to: '/cases', icon: 'cases', scopes: ['cases:read'], phone: true },
  { name: 'dashboard', to: '/dashboard', icon: 'dashboard', scopes: ['reports:read'], phone: false },
  { name: 'designs', to: '/designs', icon: 'designs', scopes: ['definitions:deploy', 'definitions:publish'], phone: false },
  { name: 'audit', to: '/audit', icon: 'audit', scopes: ['audit:read'], phone: false },
  {
    name: 'admin',
    to: '/admin',
    icon: 'admin',
    scopes: ['directory:write', 'config:write', 'accounts:read', 'incidents:read', 'jobs:read'],
    phone: false,
  },
]
