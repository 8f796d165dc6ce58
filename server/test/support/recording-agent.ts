import { Agent, type Dispatcher } from 'undici'

/** An answer as it came, with its headers one by one. */
export interface RecordedAnswer {
  url: string
  headers: [name: string, value: string][]
  body: string
}

/** Keeps every answer that browsers with this dispatcher get. */
export function recordingAgent(answers: RecordedAnswer[]): Dispatcher {
  return new Agent().compose((dispatch) => (options, handler) => {
    const origin = options.origin?.toString() ?? ''
    const answer: RecordedAnswer = { url: `${origin}${options.path}`, headers: [], body: '' }
    return dispatch(options, {
      onRequestStart: (controller, context) => {
        handler.onRequestStart?.(controller, context)
      },
      onResponseStart: (controller, status, headers, message) => {
        for (const [name, values] of Object.entries(headers))
          for (const value of [values ?? []].flat()) answer.headers.push([name, value])
        answers.push(answer)
        handler.onResponseStart?.(controller, status, headers, message)
      },
      onResponseData: (controller, chunk) => {
        answer.body += chunk.toString('latin1')
        handler.onResponseData?.(controller, chunk)
      },
      onResponseEnd: (controller, trailers) => {
        handler.onResponseEnd?.(controller, trailers)
      },
      onResponseError: (controller, error) => {
        handler.onResponseError?.(controller, error)
      },
    })
  })
}
