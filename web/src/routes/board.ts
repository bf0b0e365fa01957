import type { RouteRecordRaw } from 'vue-router'

/** Dashboards: inside the shell. */
export const board: RouteRecordRaw[] = [
  { path: 'board/cases', component: () => import('@/board/BehindPage.vue') },
  {
    path: 'board',
    component: () => import('@/board/BoardPage.vue'),
    redirect: '/board/overview',
    children: [
      { path: 'overview', component: () => import('@/board/OverviewPart.vue') },
      { path: 'ledger', component: () => import('@/board/LedgerPart.vue') },
      { path: 'grids', component: () => import('@/board/GridsPart.vue') },
      { path: 'heat', component: () => import('@/board/HeatPart.vue') },
      { path: 'indicators', component: () => import('@/board/IndicatorsPart.vue') },
    ],
  },
]
