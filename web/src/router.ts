import type { Pinia } from 'pinia'
import { nextTick, type Component } from 'vue'
import {
  createRouter,
  START_LOCATION,
  type RouteLocationNormalized,
  type RouteMeta,
  type RouterHistory,
} from 'vue-router'
import { localPath, pages } from '@entra-bff/shared'
import { useSession, type SessionState } from './stores/session.ts'
import { appTexts } from './texts/app.ts'
import LoginView from './views/LoginView.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** Who may see the view: signed-in people, signed-out people, or anyone. */
    access: 'account' | 'guest' | 'anyone'
    title: string | undefined
  }
}

/** The views that a person can see without being signed in. */
const access: Partial<Record<string, RouteMeta['access']>> = {
  login: 'guest',
  device: 'guest',
  docs: 'anyone',
  error: 'anyone',
  setup: 'anyone',
  notFound: 'anyone',
}
const titles: Partial<Record<string, string>> = appTexts.titles
const loaders = import.meta.glob<Component>(['./views/*View.vue', '!./views/LoginView.vue'], {
  import: 'default',
})

const routes = Object.entries({ ...pages, notFound: '/:path(.*)*' }).map(([name, path]) => ({
  name,
  path,
  component: name === 'login' ? LoginView : loaderOf(name),
  meta: { access: access[name] ?? 'account', title: titles[name] },
}))

export function createAppRouter(history: RouterHistory, pinia: Pinia) {
  const session = useSession(pinia)
  const router = createRouter({ history, routes })
  router.beforeEach(async (to) => {
    if (session.state.kind === 'unknown') {
      loadAhead(to)
      await session.load()
    }
    return placeFor(to, session.state)
  })
  router.afterEach((to, from, failure) => {
    if (failure) return
    const appName = session.app?.name ?? appTexts.appName
    document.title = to.meta.title ? `${to.meta.title} · ${appName}` : appName
    // On the first load a screen reader starts at the top of the page by itself.
    if (from !== START_LOCATION) void focusHeading()
  })
  return router
}

/** The function that loads the file of a view. */
function loaderOf(name: string) {
  const file = `./views/${name.charAt(0).toUpperCase()}${name.slice(1)}View.vue`
  const load = loaders[file]
  if (!load) throw new Error(`The view "${name}" needs the file web/src/${file.slice(2)}`)
  return load
}

/** Loads the view's file while the server is asked for the session. The router reports a failure later. */
function loadAhead({ name }: RouteLocationNormalized) {
  if (typeof name === 'string' && name !== 'login') loaderOf(name)().catch(() => undefined)
}

/** The router's guard: true if this session may see the view, or else the place to go to. */
function placeFor(to: RouteLocationNormalized, state: SessionState) {
  if (state.kind === 'unconfigured') return to.name === 'setup' ? true : { name: 'setup' }
  if (to.meta.access === 'account' && state.kind === 'signedOut')
    return { name: 'login', query: to.fullPath === '/' ? {} : { returnTo: to.fullPath } }
  if (to.meta.access === 'guest' && state.kind === 'signedIn')
    return localPath(to.query['returnTo']) ?? pages.welcome
  return true
}

async function focusHeading() {
  await nextTick()
  document.querySelector<HTMLElement>('h1')?.focus()
}
