import type { RouteRecordRaw } from 'vue-router'

/** Pages of designers: inside the shell. */
export const design: RouteRecordRaw[] = [
  { path: 'designs', component: () => import('@/design/DesignsPage.vue') },
  { path: 'designs/upload', component: () => import('@/design/UploadPage.vue') },
  { path: 'designs/submissions/:number(\\d+)', component: () => import('@/design/SubmissionPage.vue'), props: true, meta: { anew: true } },
  { path: 'designs/:flow', component: () => import('@/design/VersionsPage.vue'), props: true, meta: { anew: true } },
]
