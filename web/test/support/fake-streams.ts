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

  /** 0: the connection broke, and the browser reopens it. 2: the server refused it, and the browser does not. */
  break(readyState: 0 | 2) {
    this.readyState = readyState
    this.dispatchEvent(new Event('error'))
  }
}

/** All streams that the page opens, in their order. */
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
