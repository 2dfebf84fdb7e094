/** Entry of a lab process, which examines one package that is not trusted and ends. */
import { parentChannel } from './base/child.ts'
import { examinePackage } from './flows/packages/examine-package.ts'
import { runLab } from './lab/run-lab.ts'

process.on('SIGINT', () => undefined) // Ctrl+C reaches the whole process group; control ends this one
runLab(parentChannel(), examinePackage)
