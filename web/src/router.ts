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
    /** Who may see it: signed-in people, signed-out people, or anyone. */
    access: 'account' | 'guest' | 'anyone'
    title: string | undefined
  }
}

/** Who may see a view, where that is not signed-in people. */
const access: Partial<Record<string, RouteMeta['access']>> = {
  login: 'guest',
  device: 'guest',
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
    // Not on the first load: a reader starts at the top of a fresh page by itself.
    if (from !== START_LOCATION) void focusHeading()
  })
  return router
}

/** The file of a view, loaded when somebody goes there. */
function loaderOf(name: string) {
  const file = `./views/${name.charAt(0).toUpperCase()}${name.slice(1)}View.vue`
  const load = loaders[file]
  if (!load) throw new Error(`The view "${name}" needs the file web/src/${file.slice(2)}`)
  return load
}

/** The view's file comes while the server is asked who is here. Should it fail, the router tells. */
function loadAhead({ name }: RouteLocationNormalized) {
  if (typeof name === 'string' && name !== 'login') loaderOf(name)().catch(() => undefined)
}

/** The place where this session belongs, if it is not the one it asked for. */
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
