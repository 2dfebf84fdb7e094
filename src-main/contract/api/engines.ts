/** Remote engines: listed, added, tested, removed. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { remoteName } from '../names.ts'
import { remoteRow, remoteTest, remoteWanted } from '../remote.ts'

const named = z.object({ name: remoteName })

export const engines = {
  list: oc
    .route({ method: 'GET', path: '/engines', summary: 'Remote engines', tags: ['Remote engines'] })
    .output(z.array(remoteRow)),
  add: oc
    .route({ method: 'POST', path: '/engines', summary: 'Add a remote engine', tags: ['Remote engines'] })
    .input(remoteWanted)
    .output(remoteRow),
  test: oc
    .route({
      method: 'POST',
      path: '/engines/{name}/test',
      summary: 'Ask a remote engine whether it is ready, and for its tensors',
      tags: ['Remote engines'],
    })
    .input(named)
    .output(remoteTest),
  remove: oc
    .route({
      method: 'DELETE',
      path: '/engines/{name}',
      summary: 'Remove a remote engine that no deployment names',
      tags: ['Remote engines'],
    })
    .input(named)
    .output(z.object({})),
}
