/**
 * Reads rows of a Parquet file as records. HOT per batch; rows are built when they are polled.
 *
 * P1 At most two units (row groups, or slices of large ones) are decoded or being decoded at any time.
 * P2 A position is a row of the file: the records that follow it are the same whatever was decoded before (R1).
 */
import { invariant } from "@tidemark/core"
import { type Json, type Polled, SourceFailure, type SourceReader, type Split } from "@tidemark/core/connector"
import { Schema } from "effect"
import { SplitQueue } from "../internal/SplitQueue.ts"
import { type CheckColumn, type ColumnProblem, compileCheck } from "./columnCheck.ts"
import { chunkOf, type PlannedColumn } from "./columnPlan.ts"
import { DecoderThread } from "./DecoderThread.ts"
import type { DecodedColumn, DecodeProblem, UnitAnswer } from "./decoding.ts"
import { Fingerprint, type Group, type ParquetContent } from "./parquetContent.ts"
import { type BuildRows, compileBuildRows, type RowRange } from "./rowBuilder.ts"
import type { WantedRow } from "./wantedColumns.ts"

const RowSplit = Schema.Struct({ from: Schema.Int, to: Schema.Int, file: Fingerprint })
export type RowSplit = typeof RowSplit.Type
export const decodeRowSplit = Schema.decodeUnknownSync(RowSplit)

const Position = Schema.Struct({ row: Schema.Int })
const decodePosition = Schema.decodeUnknownSync(Position)

export interface ParquetReaderOptions {
  readonly path: string
  readonly content: ParquetContent
  readonly wanted: WantedRow
  readonly planned: ReadonlyArray<PlannedColumn>
  readonly wake: () => void
}

const unitsInFlightMax = 2
/** Larger row groups are cut, at the price of decoding the pages at the cuts twice. */
const rowsPerUnitMax = 512 * 1024
/** A poll builds no more rows than fit well into 20 ms (R2). */
const rowsPerPollMax = 8192

interface Unit {
  readonly range: RowRange
  columns: ReadonlyArray<DecodedColumn> | null
}

interface SplitState {
  readonly id: string
  readonly to: number
  /** Rows before this one were answered. */
  next: number
  /** Rows before this one were asked of the decoder. */
  requested: number
  readonly units: Array<Unit>
}

interface CheckedRows<A> {
  readonly values: ReadonlyArray<A>
  readonly problem: ColumnProblem | null
}

export class ParquetReader<A> implements SourceReader<A> {
  private readonly options: ParquetReaderOptions
  private readonly splits = new SplitQueue<SplitState>()
  private readonly awaited = new Map<number, Unit>()
  private readonly thread: DecoderThread
  private readonly buildRows: BuildRows<A>
  private readonly checks: ReadonlyArray<CheckColumn | null>
  private failure: SourceFailure | null = null
  private requests = 0

  constructor(options: ParquetReaderOptions) {
    this.options = options
    this.buildRows = compileBuildRows<A>(options.wanted.columns)
    this.checks = options.planned.map(compileCheck)
    this.thread = new DecoderThread({
      onAnswer: (answer) => this.accept(answer),
      onDeath: (problem) => this.fail(problem)
    })
  }

  assign(split: Split, position: Json | null): void {
    const { from, to } = decodeRowSplit(split.spec)
    const next = position === null ? from : decodePosition(position).row
    this.splits.add({ id: split.id, to, next, requested: next, units: [] })
    this.requestUnits()
  }

  poll(recordsMax: number): Polled<A> {
    const split = this.splits.current
    if (split === undefined) return { _tag: "Exhausted" }
    if (split.next >= split.to) {
      this.splits.finish()
      this.requestUnits()
      return { _tag: "SplitFinished", split: split.id }
    }
    const unit = split.units[0]
    if (unit === undefined || unit.columns === null) {
      return this.failure === null ? { _tag: "Pending" } : { _tag: "Failed", failure: this.failure }
    }
    return this.build(unit.columns, { split, unit, rows: Math.min(recordsMax, rowsPerPollMax) })
  }

  readonly close = (): Promise<void> => this.thread.close()

  private build(
    columns: ReadonlyArray<DecodedColumn>,
    { split, unit, rows }: { readonly split: SplitState; readonly unit: Unit; readonly rows: number }
  ): Polled<A> {
    const from = split.next - unit.range.from
    const to = Math.min(unit.range.to - unit.range.from, from + rows)
    const { values, problem } = this.checkedRows(columns, { from, to })
    // What precedes a bad row is answered first.
    if (problem !== null && values.length === 0) return { _tag: "Failed", failure: this.unfit(split.next, problem) }
    split.next += values.length
    if (split.next >= unit.range.to) {
      split.units.shift()
      this.requestUnits()
    }
    return { _tag: "Records", split: split.id, values, position: { row: split.next }, skipped: 0 }
  }

  /** The rows before the first that does not fit. */
  private checkedRows(columns: ReadonlyArray<DecodedColumn>, range: RowRange): CheckedRows<A> {
    const inColumn = this.firstProblem(columns, range)
    const values = this.buildRows(columns, { from: range.from, to: inColumn?.row ?? range.to })
    const { problemOf } = this.options.wanted
    const inRow = problemOf === null ? null : firstWrong(values, problemOf)
    return inRow === null ? { values, problem: inColumn } : { values: values.slice(0, inRow.row), problem: inRow }
  }

  private firstProblem(columns: ReadonlyArray<DecodedColumn>, range: RowRange): ColumnProblem | null {
    const problems = columns.flatMap((column, c) => this.checks[c]?.(column, range) ?? [])
    return problems.toSorted((a, b) => a.row - b.row)[0] ?? null
  }

  private requestUnits(): void {
    if (this.failure !== null) return
    let inFlight = this.splits.unfinished.reduce((count, { units }) => count + units.length, 0)
    for (const split of this.splits.unfinished) {
      while (split.requested < split.to) {
        if (inFlight >= unitsInFlightMax) return // P1
        this.requestUnit(split)
        inFlight++
      }
    }
  }

  private requestUnit(split: SplitState): void {
    const { path, content, planned } = this.options
    const group = groupAt(content.groups, split.requested)
    const end = Math.min(split.to, group.to)
    const parts = Math.ceil((end - split.requested) / rowsPerUnitMax)
    const range = { from: split.requested, to: split.requested + Math.ceil((end - split.requested) / parts) }
    const unit: Unit = { range, columns: null }
    split.units.push(unit)
    split.requested = range.to
    const id = this.requests++
    this.awaited.set(id, unit)
    this.thread.request({
      id,
      path,
      groupStart: group.from,
      from: range.from - group.from,
      to: range.to - group.from,
      columns: planned.map((column) => chunkOf(column, group))
    })
  }

  private accept(answer: UnitAnswer): void {
    const unit = this.awaited.get(answer.id)
    this.awaited.delete(answer.id)
    if (answer._tag === "Failed") this.fail(answer.problem)
    else if (unit !== undefined) unit.columns = answer.columns
    this.options.wake()
  }

  private fail({ reason, detail }: DecodeProblem): void {
    const { path } = this.options
    this.failure ??= new SourceFailure({ path, reason, detail, retry: reason === "io" ? "restart" : "never" })
    this.options.wake()
  }

  private unfit(row: number, { column, detail }: ColumnProblem): SourceFailure {
    const where = column === null ? `row ${row}` : `row ${row}, column "${column}"`
    return new SourceFailure({
      path: this.options.path,
      reason: "schema",
      detail: `${where} does not fit the schema: ${detail}. Correct the schema or the file.`,
      retry: "never"
    })
  }
}

const groupAt = (groups: ReadonlyArray<Group>, row: number): Group => {
  const group = groups.find(({ to }) => row < to)
  invariant(group !== undefined, "a split lies within its file's row groups", { row })
  return group
}

const firstWrong = <A>(values: ReadonlyArray<A>, problemOf: (row: unknown) => string | null): ColumnProblem | null => {
  for (const [row, value] of values.entries()) {
    const detail = problemOf(value)
    if (detail !== null) return { row, column: null, detail }
  }
  return null
}
