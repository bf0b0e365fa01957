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
  { name: 'notices', to: '/notices', icon: 'bell', scopes: ['tasks:read'], phone: false },
  { name: 'register', to: '/register', icon: 'register', scopes: ['cases:start'], phone: true },
  { name: 'waiting', to: '/waiting', icon: 'send', scopes: ['cases:start', 'tasks:act'], phone: true },
  { name: 'cases', to: '/cases', icon: 'cases', scopes: ['cases:read'], phone: true },
  { name: 'board', to: '/board', icon: 'dashboard', scopes: ['reports:read'], phone: true },
  { name: 'designs', to: '/designs', icon: 'designs', scopes: ['definitions:deploy', 'definitions:publish'], phone: true },
  { name: 'audit', to: '/audit', icon: 'audit', scopes: ['audit:read'], phone: true },
  { name: 'admin', to: '/admin', icon: 'admin', scopes: ['config:write', 'directory:write', 'accounts:write', 'incidents:resolve'], phone: true },
]
