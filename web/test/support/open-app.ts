import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { onTestFinished } from 'vitest'
import { createMemoryHistory } from 'vue-router'
import App from '../../src/App.vue'
import { createAppRouter } from '../../src/router.ts'
import { startFakeStreams } from './fake-streams.ts'
import { startFakeServer, type Replies } from './fake-server.ts'

/** The whole app, as a browser opens it at a path. */
export async function openApp(path: string, replies: Replies) {
  const server = startFakeServer(replies)
  const streams = startFakeStreams()
  const pinia = createPinia()
  const history = createMemoryHistory()
  history.replace(path)
  const router = createAppRouter(history, pinia)
  const page = mount(App, { attachTo: document.body, global: { plugins: [pinia, router] } })
  onTestFinished(() => {
    page.unmount()
    sessionStorage.clear()
  })
  await settle()
  return { page, router, server, streams }
}

/** What a screen reader says when it has finished its sentence. */
export function politely(page: Awaited<ReturnType<typeof openApp>>['page']) {
  return page.get('[role=status][aria-live=polite]').text()
}

/** What a screen reader says at once. */
export function urgently(page: Awaited<ReturnType<typeof openApp>>['page']) {
  return page.get('[role=alert]').text()
}

const lazyFiles = import.meta.glob([
  '../../src/views/*View.vue',
  '../../src/components/SessionExpiry.vue',
])

/** Waits until answers have arrived and lazily loaded files are there. */
export async function settle() {
  for (let round = 0; round < 5; round++) {
    await flushPromises()
    for (const load of Object.values(lazyFiles)) await load()
  }
  await flushPromises()
}

export function linkNamed(page: Awaited<ReturnType<typeof openApp>>['page'], name: string) {
  const link = page.findAll('a').find((candidate) => candidate.text() === name)
  if (!link) throw new Error(`No link is named “${name}”`)
  return link
}

export function buttonNamed(page: Awaited<ReturnType<typeof openApp>>['page'], name: string) {
  const button = page.findAll('button').find((candidate) => candidate.text() === name)
  if (!button) throw new Error(`No button is named “${name}”`)
  return button
}
