// Preloaded into the built server by a test: host names resolve to this machine, where the test
// answers under them. Nothing else about the server is changed.
import { Socket } from 'node:net'

const ports = JSON.parse(process.env.TEST_HOST_PORTS ?? '{}')
const connect = Socket.prototype.connect

Socket.prototype.connect = function connectToLoopback(...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args
  const port = ports[options?.host]
  if (port === undefined && options?.host && !/^(localhost|127\.|::1)/.test(options.host)) {
    throw new Error(`the server connects to ${options.host}, which the test does not answer for`)
  }
  if (port !== undefined) Object.assign(options, { host: '127.0.0.1', port, lookup: undefined })
  return connect.apply(this, args)
}
