/** Remote engines: listed, added, changed, tested, removed. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { remoteName } from '../names.ts'
import { remoteChange, remoteRow, remoteTest, remoteWanted } from '../remote.ts'

const named = z.object({ name: remoteName })

export const engines = {
  list: oc
    .route({ method: 'GET', path: '/engines', summary: 'Remote engines', tags: ['Remote engines'] })
    .output(z.array(remoteRow)),
  add: oc
    .route({ method: 'POST', path: '/engines', summary: 'Add a remote engine', tags: ['Remote engines'] })
    .input(remoteWanted)
    .output(remoteRow),
  change: oc
    .route({
      method: 'PATCH',
      path: '/engines/{name}',
      summary: 'Change a remote engine; what is left out stays',
      tags: ['Remote engines'],
    })
    .input(remoteChange)
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
