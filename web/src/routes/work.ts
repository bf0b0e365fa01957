import type { RouteRecordRaw } from 'vue-router'

/** Pages of those who work cases: inside the shell. */
export const work: RouteRecordRaw[] = [
  { path: 'inbox/:box?/:key?', component: () => import('@/pages/Inbox.vue') },
  { path: 'notices', component: () => import('@/pages/Notices.vue') },
  { path: 'register', component: () => import('@/pages/Register.vue') },
  { path: 'register/:process/:place', component: () => import('@/pages/RegisterForm.vue'), props: true, meta: { anew: true } },
  { path: 'waiting', component: () => import('@/pages/Waiting.vue') },
  { path: 'cases', component: () => import('@/pages/Cases.vue') },
  { path: 'cases/:id', component: () => import('@/pages/CasePage.vue'), props: true, meta: { anew: true } },
]
