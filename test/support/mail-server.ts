/** Enough of SMTP (RFC 5321) to take messages on this machine. */
import { createServer } from 'node:net'

export interface MailServer {
  port: number
  /** Each line that a client said. */
  said: string[]
  close(): Promise<void>
}

export async function startMailServer(): Promise<MailServer> {
  const said: string[] = []
  const server = createServer((socket) => {
    socket.write('220 ready\r\n')
    let inData = false
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').slice(0, -1)) {
        said.push(line)
        if (inData && line !== '.') continue
        if (line === '.') inData = false
        if (line.startsWith('DATA')) inData = true
        socket.write(
          line.startsWith('DATA') ? '354 go on\r\n' : line.startsWith('QUIT') ? '221 bye\r\n' : '250 ok\r\n',
        )
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { port, said, close: () => new Promise((resolve) => void server.close(() => resolve())) }
}
