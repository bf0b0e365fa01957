import { createRouter, createWebHistory } from 'vue-router'
import { whenSignedOut } from '@/api/http'
import { useSession } from '@/stores/session'
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
    {
      path: '/',
      component: () => import('@/shell/Shell.vue'),
      children: [{ path: '', redirect: '/inbox' }, ...work],
    },
    { path: '/:rest(.*)*', component: () => import('@/pages/Missing.vue'), meta: { open: true } },
  ],
})

router.beforeEach(async (to) => {
  if (to.meta.open) return true
  const session = useSession()
  if (!session.asked) await session.look()
  return session.signedIn ? true : { path: '/sign-in', query: { next: to.fullPath } }
})

whenSignedOut(() => {
  const session = useSession()
  if (!session.signedIn) return
  session.forget()
  void router.push({ path: '/sign-in', query: { next: router.currentRoute.value.fullPath } })
})
