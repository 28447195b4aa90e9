/** Numbers, durations and colours as people read them. */
import { styleText } from "node:util"

const grouped = new Intl.NumberFormat("en-US")

export const count = (value: number): string => grouped.format(Math.round(value))

export const bytes = (value: number): string => {
  if (value < 1_000) return `${value} B`
  if (value < 1_000_000) return `${(value / 1_000).toFixed(1)} kB`
  return `${count(value / 1_000_000)} MB`
}

export const millis = (value: number): string =>
  value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`

export const percent = (share: number): string => `${Math.round(share * 100)} %`

/** `2001-03-19 04:12`, in UTC. */
export const minute = (time: number): string => new Date(time).toISOString().slice(0, 16).replace("T", " ")

export const plural = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? "" : "s"}`

export type Paint = "bold" | "dim" | "red" | "green" | "yellow" | "cyan"
export type Painter = (paint: Paint, text: string) => string

/** Colours for a terminal that shows them; plain text elsewhere. */
export const painter =
  (stream: NodeJS.WriteStream): Painter =>
  (paint, text) =>
    stream.isTTY ? styleText(paint, text, { stream }) : text
