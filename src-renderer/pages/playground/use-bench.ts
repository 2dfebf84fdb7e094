/**
 * What is on the bench: the filled-in inputs as a form or as JSON, and the way from one to the other. Both write
 * the same request, so nothing is lost by looking at the JSON and going back.
 */
import { useState } from 'react'
import type { InputSchema } from '../../../src-main/contract/package.ts'
import { jsonText } from './json-text.ts'
import {
  type Body,
  fromItem,
  type InputProblems,
  type InputValue,
  type InputValues,
  isRecord,
  parseJson,
  toBody,
} from './values.ts'

export type Mode = 'form' | 'json'

/** `first` stands on the bench at the start, so that a model can be tried at once. */
export function useBench(schemas: InputSchema[], first?: Record<string, unknown>) {
  const [mode, setMode] = useState<Mode>('form')
  const [values, setValues] = useState<InputValues>(() => (first ? fromItem(schemas, first) : {}))
  const [json, setJson] = useState(() => (first ? jsonText(first) : ''))
  const [problems, setProblems] = useState<InputProblems>({})
  /** Counts changes, so that an answer knows whether it is of the input on the screen. */
  const [revision, setRevision] = useState(0)

  const changed = () => {
    setProblems({})
    setRevision((now) => now + 1)
  }
  const body = (): Body => {
    if (mode === 'form') return toBody(schemas, values)
    const parsed = parseJson(json)
    return parsed.ok
      ? { inputs: parsed.value, problems: {} }
      : { inputs: null, problems: { json: parsed.problem } }
  }

  return {
    mode,
    values,
    json,
    problems,
    revision,
    body,
    setProblems,
    setValue: (tensor: string, value: InputValue) => {
      setValues((now) => ({ ...now, [tensor]: value }))
      changed()
    },
    setJson: (text: string) => {
      setJson(text)
      changed()
    },
    /** An item goes into the form; a batch is shown as JSON, since the form holds one. */
    fill: (inputs: unknown) => {
      if (isRecord(inputs)) setValues(fromItem(schemas, inputs))
      setJson(jsonText(inputs))
      if (!isRecord(inputs)) setMode('json')
      changed()
    },
    show: (next: Mode) => {
      setProblems({})
      if (next === mode) return
      if (next === 'json') setJson(jsonText(toBody(schemas, values).inputs))
      else {
        const parsed = parseJson(json)
        const item: unknown =
          parsed.ok && Array.isArray(parsed.value) ? parsed.value[0] : parsed.ok && parsed.value
        if (isRecord(item)) setValues(fromItem(schemas, item))
      }
      setMode(next)
    },
  }
}
export type Bench = ReturnType<typeof useBench>
