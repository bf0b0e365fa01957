import type { RouteRecordRaw } from 'vue-router'

/** Pages of those who work cases: inside the shell. */
export const work: RouteRecordRaw[] = [{ path: 'inbox', component: () => import('@/pages/Inbox.vue') }]
