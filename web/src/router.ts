import { createRouter, createWebHistory } from 'vue-router'
import { whenSignedOut } from '@/api/http'
import { useSession } from '@/stores/session'
import { PLACES } from './shell/places'
import { admin } from './routes/admin'
import { audit } from './routes/audit'
import { board } from './routes/board'
import { design } from './routes/design'
import { work } from './routes/work'

declare module 'vue-router' {
  interface RouteMeta {
    /** Whether the page is for everybody, signed in or not. */
    open?: boolean
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', component: () => import('@/pages/SignIn.vue'), meta: { open: true } },
    { path: '/password', component: () => import('@/pages/Password.vue') },
    {
      path: '/',
      component: () => import('@/shell/Shell.vue'),
      children: [{ path: '', component: () => import('@/pages/Missing.vue') }, ...work, ...board, ...audit, ...design, ...admin],
    },
    { path: '/:rest(.*)*', component: () => import('@/pages/Missing.vue'), meta: { open: true } },
  ],
})

router.beforeEach(async (to) => {
  if (to.meta.open) return true
  const session = useSession()
  if (!session.asked) {
    // Its files are on the way while the server is asked who this is.
    for (const { components } of to.matched) fetchAhead(components?.default)
    await session.look()
  }
  if (!session.signedIn) return { path: '/sign-in', query: { next: to.fullPath } }
  // With a one-time password nothing else is open.
  if (session.me?.must_change_password && to.path !== '/password') {
    return { path: '/password', query: { next: to.fullPath } }
  }
  return to.path === '/' ? home() : true
})

/** Begin to fetch a page that comes in a file of its own; whoever opens it then waits less, and is told of what failed. */
function fetchAhead(page: unknown): void {
  if (typeof page === 'function') void Promise.resolve(page()).catch(() => undefined)
}

/** The first place that is the caller's to go to. */
function home(): string {
  const session = useSession()
  return PLACES.find((place) => place.scopes.some((scope) => session.may(scope)))?.to ?? '/password'
}

whenSignedOut(() => {
  const session = useSession()
  if (!session.signedIn) return
  session.forget()
  void router.push({ path: '/sign-in', query: { next: router.currentRoute.value.fullPath } })
})
