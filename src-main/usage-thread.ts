/** Entry of the thread that brings usage records into usage.db, so that no request waits for a transaction. */
import { workerData } from 'node:worker_threads'
import { runUsageThread } from './flows/serve/usage-thread.ts'

runUsageThread(String(workerData))
