/**
 * Electron's utilityProcess over Node's fork: the child finds `process.parentPort`, as in a utility process, which
 * electron-stand-in-parent-port.ts gives it.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { join } from 'node:path'

const parentPort = join(import.meta.dirname, 'electron-stand-in-parent-port.ts')

export class StandInUtilityProcess extends EventEmitter {
  private readonly child: ChildProcess
  pid: number | undefined

  private constructor(modulePath: string, args: string[]) {
    super()
    this.child = fork(modulePath, args, {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: ['--import', parentPort],
    })
    this.pid = this.child.pid
    this.child.on('message', (message) => this.emit('message', message))
    this.child.on('exit', (code, signal) => {
      this.pid = undefined
      // A utility process reports the number that waitpid gave: the signal's, where one ended it.
      this.emit('exit', code ?? (signal === 'SIGKILL' ? 9 : 1))
    })
  }

  static fork(modulePath: string, args: string[] = []): StandInUtilityProcess {
    return new StandInUtilityProcess(modulePath, args)
  }

  get stdout() {
    return this.child.stdout
  }

  get stderr() {
    return this.child.stderr
  }

  postMessage(message: unknown): void {
    if (this.child.connected) this.child.send(message as object)
  }
}
