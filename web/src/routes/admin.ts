import type { RouteRecordRaw } from 'vue-router'

/** Pages of administrators: inside the shell. */
export const admin: RouteRecordRaw[] = [
  {
    path: 'admin',
    component: () => import('@/admin/AdminPage.vue'),
    children: [
      { path: 'directory/:unit?', component: () => import('@/admin/DirectoryPart.vue'), props: true },
      { path: 'calendars', component: () => import('@/admin/CalendarPart.vue') },
      { path: 'limits', component: () => import('@/admin/LimitsPart.vue') },
      { path: 'tables', component: () => import('@/admin/TablesPart.vue') },
      { path: 'templates', component: () => import('@/admin/TemplatesPart.vue') },
      { path: 'changes', component: () => import('@/admin/ChangesPart.vue') },
      { path: 'accounts', component: () => import('@/admin/AccountsPart.vue') },
      { path: 'files', component: () => import('@/admin/FilesPart.vue') },
      { path: 'jobs', component: () => import('@/admin/JobsPart.vue') },
      { path: 'incidents', component: () => import('@/admin/IncidentsPart.vue') },
    ],
  },
]
