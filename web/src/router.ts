import type { Pinia } from 'pinia'
import { nextTick } from 'vue'
import {
  createRouter,
  START_LOCATION,
  type RouteLocationNormalized,
  type RouterHistory,
} from 'vue-router'
import { localPath, views } from '@entra-bff/shared'
import { useSession, type SessionState } from './stores/session.ts'
import { texts } from './texts.ts'
import LoginView from './views/LoginView.vue'
import NotFoundView from './views/NotFoundView.vue'
import WelcomeView from './views/WelcomeView.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** Who may see it: signed-in people, signed-out people, or anyone. */
    access: 'account' | 'guest' | 'anyone'
    title: string
  }
}

const routes = [
  {
    path: views.welcome,
    name: 'welcome',
    component: WelcomeView,
    meta: { access: 'account', title: texts.titles.welcome },
  },
  {
    path: views.login,
    name: 'login',
    component: LoginView,
    meta: { access: 'guest', title: texts.titles.login },
  },
  {
    path: views.device,
    name: 'device',
    component: () => import('./views/DeviceView.vue'),
    meta: { access: 'guest', title: texts.titles.device },
  },
  {
    path: views.sessions,
    name: 'sessions',
    component: () => import('./views/SessionsView.vue'),
    meta: { access: 'account', title: texts.titles.sessions },
  },
  {
    path: `${views.result}/:call(.+)`,
    name: 'result',
    component: () => import('./views/ResultView.vue'),
    meta: { access: 'account', title: texts.titles.result },
  },
  {
    path: views.error,
    name: 'error',
    component: () => import('./views/ErrorView.vue'),
    meta: { access: 'anyone', title: texts.titles.error },
  },
  {
    path: views.setup,
    name: 'setup',
    component: () => import('./views/SetupView.vue'),
    meta: { access: 'anyone', title: texts.titles.setup },
  },
  {
    path: '/:path(.*)*',
    name: 'notFound',
    component: NotFoundView,
    meta: { access: 'anyone', title: texts.titles.notFound },
  },
] as const

export function createAppRouter(history: RouterHistory, pinia: Pinia) {
  const session = useSession(pinia)
  const router = createRouter({ history, routes })
  router.beforeEach(async (to) => {
    if (session.state.kind === 'unknown') await session.load()
    return placeFor(to, session.state)
  })
  router.afterEach((to, from, failure) => {
    if (failure) return
    document.title = `${to.meta.title} · ${session.app?.name ?? texts.appName}`
    // Not on the first load: a reader starts at the top of a fresh page by itself.
    if (from !== START_LOCATION) void focusHeading()
  })
  return router
}

/** The place where this session belongs, if it is not the one it asked for. */
function placeFor(to: RouteLocationNormalized, state: SessionState) {
  if (state.kind === 'unconfigured') return to.name === 'setup' ? true : { name: 'setup' }
  if (to.meta.access === 'account' && state.kind === 'signedOut')
    return { name: 'login', query: to.fullPath === '/' ? {} : { returnTo: to.fullPath } }
  if (to.meta.access === 'guest' && state.kind === 'signedIn')
    return localPath(to.query['returnTo']) ?? views.welcome
  return true
}

async function focusHeading() {
  await nextTick()
  document.querySelector<HTMLElement>('h1')?.focus()
}
