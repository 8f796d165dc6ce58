// Sends the traces of the server to an OpenTelemetry collector: docs/monitoring.md tells how. It is loaded
// by `node --import` alone, and the server needs none of these packages.
import { subscribe } from 'node:diagnostics_channel'
import http from 'node:http'
import { trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { detectResources, envDetector } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

/** No query goes to the collector: that of the redirect URI holds a code and a state. */
const withoutQueries = {
  onStart(span) {
    for (const [name, value] of Object.entries(span.attributes)) {
      if (name === 'url.query') span.setAttribute(name, '')
      else if (String(value).includes('?')) span.setAttribute(name, value.split('?', 1)[0])
    }
  },
  onEnd() {},
  async forceFlush() {},
  async shutdown() {},
}

const provider = new NodeTracerProvider({
  resource: detectResources({ detectors: [envDetector] }),
  spanProcessors: [withoutQueries, new BatchSpanProcessor(new OTLPTraceExporter())],
})
provider.register()
// A collector that fails must not end the server.
process.once('SIGTERM', () => void provider.forceFlush().catch(() => undefined))

// They begin to work as soon as they are made.
new HttpInstrumentation({ requestHook: tellServer })
new UndiciInstrumentation({ requestHook: removeTrace })

/** The server writes the trace id of its caller into its log: now it is that of this span. */
function tellServer(span, request) {
  if (!(request instanceof http.IncomingMessage)) return
  const { traceId, spanId, traceFlags } = span.spanContext()
  request.headers.traceparent = `00-${traceId}-${spanId}-0${traceFlags}`
}

/** The server passes the trace of its caller on. The span of the call takes its place. */
function removeTrace(_span, { headers }) {
  for (let at = headers.length - 2; at >= 0; at -= 2) {
    if (/^trace(parent|state)$/.test(headers[at])) headers.splice(at, 2)
  }
}

subscribe('tracing:fastify.request.handler:start', ({ route }) => {
  trace
    .getActiveSpan()
    ?.setAttribute('http.route', route.url)
    .updateName(`${route.method} ${route.url}`)
})
