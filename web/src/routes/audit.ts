import type { RouteRecordRaw } from 'vue-router'

/** Pages of auditors: inside the shell. */
export const audit: RouteRecordRaw[] = [
  { path: 'audit', component: () => import('@/audit/AuditPage.vue') },
  { path: 'audit/cases/:id', component: () => import('@/audit/StepPage.vue'), props: true, meta: { anew: true } },
]
