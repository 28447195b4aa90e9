/** Names were declared to be exchangeable, and are not. */
import { ModelError } from "../engine/errors.ts"

export class NotSymmetric extends ModelError {
  constructor(message: string) {
    super(message)
    this.name = "NotSymmetric"
  }
}
