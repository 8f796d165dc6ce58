import { paths, type SessionEnded, type SessionExpiring } from '@entra-bff/shared'
import { onScopeDispose, shallowRef, watch } from 'vue'
import { useSession } from '../stores/session.ts'

/** Milliseconds: soon enough for a page that stays in view, seldom enough for a server in trouble. */
const reopenAfter = 30_000

/**
 * Listens for the end of the session, in a page that is looked at: a browser has few connections
 * for each host, and hidden tabs would use them up.
 */
export function useSessionEvents() {
  const session = useSession()
  const expiring = shallowRef<SessionExpiring>()
  let stream: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let reopening: ReturnType<typeof setTimeout> | undefined

  function openIfVisible() {
    if (stream || document.visibilityState !== 'visible') return
    stream = new EventSource(paths.sessionEvents)
    stream.addEventListener('expiring', onExpiring)
    stream.addEventListener('ended', onEnded)
    stream.addEventListener('error', onError)
  }
  function close() {
    clearTimeout(reopening)
    stream?.close()
    stream = undefined
  }
  function onExpiring(event: MessageEvent<string>) {
    const data = (expiring.value = JSON.parse(event.data) as SessionExpiring)
    // Should the stream break before the end: ask then. Only the server's clock counts.
    clearTimeout(timer)
    timer = setTimeout(
      () => void session.load(),
      1000 + Date.parse(data.idleExpiresAt) - Date.parse(data.serverTime),
    )
  }
  function onEnded(event: MessageEvent<string>) {
    close()
    void session.reportLoss((JSON.parse(event.data) as SessionEnded).reason)
  }
  function onError() {
    // The first sign that the server is away. Once that is known, `LostBanner` asks.
    if (session.connection === 'up') void session.load()
    // Where it is not closed, the browser opens it again by itself.
    if (stream?.readyState !== EventSource.CLOSED) return
    close()
    reopening = setTimeout(openIfVisible, reopenAfter)
  }
  function onVisibilityChange() {
    if (document.visibilityState === 'visible') openIfVisible()
    else close()
  }

  watch(
    () => session.state,
    (now) => {
      const end = expiring.value?.idleExpiresAt
      if (!end || now.kind !== 'signedIn') return
      if (Date.parse(now.idleExpiresAt) > Date.parse(end)) expiring.value = undefined
    },
  )
  openIfVisible()
  document.addEventListener('visibilitychange', onVisibilityChange)
  onScopeDispose(() => {
    close()
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', onVisibilityChange)
  })
  return expiring
}
