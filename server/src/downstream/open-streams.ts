import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { FastifyReply } from 'fastify'
import type { Caller } from '../caller/caller.ts'
import type { StreamedAnswer } from '../outbound/streamed-exchange.ts'

/** How long a download may go on while the server closes. */
const closingMs = 15_000

/** The streams on their way from an API to a caller. */
export class OpenStreams {
  readonly #downloads = new Set<Readable>()
  /** Streams that have no end of their own. */
  readonly #events = new Set<Readable>()

  /**
   * Passes a stream on, until it ends, the caller leaves, or the caller's session ends.
   * @returns when the stream is over
   */
  async pass(
    { headers, body }: StreamedAnswer,
    caller: Caller,
    reply: FastifyReply,
  ): Promise<void> {
    const { socket } = reply.request.raw
    const isEvents = headers['content-type']?.startsWith('text/event-stream') ?? false
    const open = isEvents ? this.#events : this.#downloads
    const breakOff = (reason?: Error) => body.destroy(reason)
    const onClose = () => breakOff()
    const stopWatching = caller.watch(breakOff)
    // A pipelined response never emits `close`.
    socket.once('close', onClose)
    open.add(body)
    // `request-log.ts` logs why a stream broke off.
    const over = finished(body).catch(() => undefined)
    // A proxy must not hold the stream back.
    reply.header('x-accel-buffering', 'no').send(body)
    await over
    open.delete(body)
    socket.off('close', onClose)
    stopWatching()
  }

  /** To be called when the server begins to close. */
  endSoon(): void {
    breakOffAll(this.#events)
    setTimeout(breakOffAll, closingMs, this.#downloads).unref()
  }
}

function breakOffAll(streams: Iterable<Readable>): void {
  for (const body of streams) body.destroy(new Error('the server closes'))
}
