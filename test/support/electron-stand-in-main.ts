/**
 * Runs a whole desktop as Electron's binary would (`node electron-stand-in-main.ts out/main/desktop.js ...`): the
 * module `electron` is the stand-in, and the app is ready once the entry has been evaluated, not before. The test
 * that started it drives the page over Chromium's debugging port, and the rest by messages.
 */
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { standInApp } from './electron-stand-in-app.ts'
import { menuItem, standIn } from './electron-stand-in-state.ts'
import { closeStandInBrowser } from './electron-stand-in-window.ts'

/** What the test may do to the desktop that a person does outside the page. */
export type DesktopAction =
  | { type: 'quit' }
  | { type: 'choose-command'; id: string }
  | { type: 'second-instance'; args: string[]; workingDirectory: string }
  | { type: 'answer-open-dialog'; paths: string[] }

const standInUrl = pathToFileURL(join(import.meta.dirname, 'electron-stand-in.ts')).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standInUrl, shortCircuit: true } : next(specifier, context),
})

process.on('message', (action: DesktopAction) => {
  switch (action.type) {
    case 'quit':
      return standInApp.quit()
    case 'choose-command':
      return menuItem(action.id).click?.(undefined as never, undefined, undefined as never)
    case 'second-instance':
      return void standInApp.emit('second-instance', {}, action.args, action.workingDirectory)
    case 'answer-open-dialog':
      return void standIn.openDialogAnswers.push(action.paths)
  }
})

const [node = '', , entry = '', ...args] = process.argv
process.argv = [node, entry, ...args]
const evaluated = Promise.withResolvers<void>()
standInApp.readyAfter(evaluated.promise)

standInApp.on('quit', async (_event, code: number) => {
  for (const { title, content } of standIn.errorBoxes) process.stderr.write(`${title}: ${content}\n`)
  await closeStandInBrowser()
  process.exit(code)
})

await import(pathToFileURL(entry).href)
evaluated.resolve()
