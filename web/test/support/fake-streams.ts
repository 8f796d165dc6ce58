import { vi } from 'vitest'

/** One stream of server-sent events, as the page sees it. */
class FakeStream extends EventTarget {
  static readonly CLOSED = 2
  readonly url: string
  readyState = 1

  constructor(url: string) {
    super()
    this.url = url
  }

  close() {
    this.readyState = FakeStream.CLOSED
  }

  send(type: string, data: object) {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }))
  }

  /** The connection broke; the browser opens it again by itself unless it failed for good. */
  break(readyState: 0 | 2) {
    this.readyState = readyState
    this.dispatchEvent(new Event('error'))
  }
}

/** The streams that the page opens, the first one first. */
export function startFakeStreams() {
  const all: FakeStream[] = []
  class Stream extends FakeStream {
    constructor(url: string) {
      super(url)
      all.push(this)
    }
  }
  vi.stubGlobal('EventSource', Stream)
  return {
    all,
    get open() {
      return all.filter(({ readyState }) => readyState !== FakeStream.CLOSED)
    },
    get last() {
      const stream = all.at(-1)
      if (!stream) throw new Error('The page opened no stream')
      return stream
    },
  }
}
