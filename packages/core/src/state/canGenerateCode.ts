/** Whether this process may turn strings into code; it may not under `--disallow-code-generation-from-strings`. */
export const canGenerateCode = (): boolean => {
  try {
    new Function("")
    return true
  } catch (error) {
    if (error instanceof EvalError) return false
    throw error
  }
}
