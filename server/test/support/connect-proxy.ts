import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** A proxy that takes CONNECT and leads every host to one port of this machine. */
export class ConnectProxy {
  /** Target and credentials of each request. */
  readonly requests: { target: string; authorization: string | undefined }[] = []
  /** The port to which all hosts lead. */
  port = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, isSilent: boolean) {
    this.#server = server
    server.on('connect', ({ url = '', headers }, socket: Socket) => {
      this.requests.push({ target: url, authorization: headers['proxy-authorization'] })
      this.#keep(socket)
      if (isSilent) return
      const onward = connect(this.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
        socket.pipe(onward).pipe(socket)
      })
      this.#keep(onward)
    })
  }

  /** @param isSilent whether the proxy answers nothing */
  static async open({ isSilent = false } = {}): Promise<ConnectProxy> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new ConnectProxy(server, isSilent)
  }

  /** @param credentials `user:password@` */
  url(credentials = ''): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://${credentials}127.0.0.1:${String(port)}`
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket.on('error', () => socket.destroy()))
  }

  async nextRequest(): Promise<void> {
    await once(this.#server, 'connect')
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}
