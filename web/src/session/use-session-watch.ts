import type { SessionExpiring } from '@entra-bff/shared'
import { shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useEventListener } from '../browser/use-event-listener.ts'
import { useTimeout } from '../browser/use-timeout.ts'
import { useSession } from '../stores/session.ts'
import { useEventStream } from './use-event-stream.ts'

/**
 * Learns what became of the session: from the server's events, and by asking when the page is shown
 * again or the network changes. When the session begins or ends, the router's guard decides again
 * which view is shown.
 * @returns the server's warning that the session is about to end, while this warning holds
 */
export function useSessionWatch() {
  const session = useSession()
  const route = useRoute()
  const router = useRouter()
  const expiring = shallowRef<SessionExpiring>()
  const questionAtEnd = useTimeout()
  const stream = useEventStream({
    onExpiring,
    onEnded: ({ reason }) => void session.reportSignedOut(reason),
    onError,
  })
  const ask = () => void session.load()

  function onExpiring(event: SessionExpiring) {
    expiring.value = event
    // The stream may break before it reports the end. Both times are by the server's clock.
    const leftMs = Date.parse(event.idleExpiresAt) - Date.parse(event.serverTime)
    questionAtEnd.start(ask, leftMs + 1_000)
  }
  function onError() {
    // A broken stream may mean that the server is away. Once that is known, `LostBanner` asks.
    if (session.connection === 'up') ask()
  }
  /** Hidden tabs do not listen: a browser allows few connections to one host. */
  function listenWhileVisible() {
    if (session.user && document.visibilityState === 'visible') stream.open()
    else stream.close()
  }
  function runGuard() {
    const { path, query, hash } = route
    // `useUnloadedView` handles a view that cannot be loaded.
    router.replace({ path, query, hash, force: true }).catch(() => undefined)
  }

  watch(
    () => session.user?.id,
    () => {
      expiring.value = undefined
      questionAtEnd.stop()
      stream.close()
      listenWhileVisible()
    },
    { immediate: true },
  )
  watch(
    () => session.state,
    (now, before) => {
      const endsAt = expiring.value?.idleExpiresAt
      if (endsAt && now.kind === 'signedIn' && Date.parse(now.idleExpiresAt) > Date.parse(endsAt))
        expiring.value = undefined
      // The navigation that asked for the first answer runs the guard itself.
      if (now.kind !== before.kind && now.kind !== 'unknown' && before.kind !== 'unknown')
        runGuard()
    },
  )
  useEventListener(document, 'visibilitychange', () => {
    listenWhileVisible()
    // While this tab was hidden, the session may have expired or been ended in another tab.
    if (session.user && document.visibilityState === 'visible') ask()
  })
  useEventListener(window, 'online', ask)
  useEventListener(window, 'offline', ask)
  useEventListener(window, 'pageshow', ({ persisted }) => {
    // A page from the browser's page cache may show a person who has signed out since.
    if (persisted) void session.load().then(runGuard)
  })
  return expiring
}
