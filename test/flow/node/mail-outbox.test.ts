/** A mail goes out once, also where the node cannot write down that it did. */
import { expect, onTestFinished, test } from 'vitest'
import { startMailServer } from '../../support/mail-server.ts'
import { temporaryNode } from '../../support/temporary-node.ts'

test('what was sent and could not be noted is noted later, and not sent again', async () => {
  const server = await startMailServer()
  onTestFinished(server.close)
  const outpost = await temporaryNode({ serving: null })
  const { client, node } = outpost
  const messages = () => server.said.filter((line) => line.startsWith('DATA')).length
  await client.mail.set({
    from: 'node@acme.example',
    recipients: ['ops@acme.example'],
    server: { host: '127.0.0.1', port: server.port },
  })
  // As a full disk does: what is there is read, and nothing can be changed.
  node.context.db.exec(
    "create trigger full before update on mails begin select raise(abort, 'the disk is full'); end",
  )
  await client.mail.test()
  await expect.poll(messages).toBeGreaterThan(0)
  node.context.db.exec('drop trigger full')
  await expect
    .poll(async () => {
      node.context.mails.wake()
      return (await client.mail.list())[0]?.state
    })
    .toBe('sent')
  expect(messages()).toBe(1)
})
