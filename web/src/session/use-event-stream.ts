import { paths, type SessionEnded, type SessionExpiring } from '@entra-bff/shared'
import { onScopeDispose } from 'vue'
import { useTimeout } from '../browser/use-timeout.ts'

/** The pause before a refused stream is opened again: long enough to spare a server in trouble. */
const reopenAfterMs = 30_000

interface Handlers {
  onExpiring: (event: SessionExpiring) => void
  /** Called after the stream has been closed. */
  onEnded: (event: SessionEnded) => void
  /** Called when the connection breaks or is refused. */
  onError: () => void
}

/** The server-sent events about the session (`GET /api/session/events`), from `open` to `close`. */
export function useEventStream({ onExpiring, onEnded, onError }: Handlers) {
  const reopening = useTimeout()
  let stream: EventSource | undefined

  function open() {
    if (stream) return
    stream = new EventSource(paths.sessionEvents)
    stream.addEventListener('expiring', ({ data }: MessageEvent<string>) => {
      onExpiring(JSON.parse(data) as SessionExpiring)
    })
    stream.addEventListener('ended', ({ data }: MessageEvent<string>) => {
      close()
      onEnded(JSON.parse(data) as SessionEnded)
    })
    stream.addEventListener('error', () => {
      onError()
      reopenIfClosed()
    })
  }
  function reopenIfClosed() {
    // The browser reopens a broken stream by itself, but not one that the server has refused.
    if (stream?.readyState !== EventSource.CLOSED) return
    close()
    reopening.start(open, reopenAfterMs)
  }
  function close() {
    reopening.stop()
    stream?.close()
    stream = undefined
  }
  onScopeDispose(close)
  return { open, close }
}
