// QuickJS: an engine that shares nothing with V8 but the language. Compiled to WebAssembly, so that it runs anywhere.
import { getQuickJS, type QuickJSContext } from "quickjs-emscripten";

export interface Engine {
  /** Runs a script and gives the value of its last statement, which must be a text. */
  run(script: string): string;
  dispose(): void;
}

export async function quickJs(): Promise<Engine> {
  const context = (await getQuickJS()).newContext();
  return { run: (script) => run(context, script), dispose: () => context.dispose() };
}

function run(context: QuickJSContext, script: string): string {
  const result = context.evalCode(script);
  if (result.error) {
    const error: unknown = result.error.consume((handle) => context.dump(handle));
    throw new Error(`QuickJS: ${JSON.stringify(error)}`);
  }
  return result.value.consume((handle) => context.getString(handle));
}
