// Cuts the JSON form of protos, as protobufjs reads it, down to some services and the messages that they reach.

/** The parts of protobufjs' `INamespace` that lead from one definition to another. */
interface Definition {
  readonly nested?: Readonly<Record<string, Definition>>;
  readonly fields?: Readonly<Record<string, { readonly type: string }>>;
  readonly methods?: Readonly<
    Record<string, { readonly requestType: string; readonly responseType: string }>
  >;
}

type Path = readonly string[];

/** Services by their full names, `google.firestore.v1.Firestore`. Their comments, options and order stay as they are. */
export function cutProtos(root: Definition, services: readonly string[]): Definition {
  const reached = new Set<string>();
  const reach = (path: Path): void => {
    const name = path.join(".");
    const definition = at(root, path);
    if (definition === undefined) throw new Error(`Cannot cut protos: there is no ${name}.`);
    if (reached.has(name)) return;
    reached.add(name);
    for (const type of typesIn(definition)) {
      const found = lookUp(root, path, type);
      if (found !== null) reach(found);
    }
  };
  for (const service of services) reach(service.split("."));
  return keep(root, [], reached);
}

function typesIn({ fields = {}, methods = {} }: Definition): string[] {
  return [
    ...Object.values(fields).map(({ type }) => type),
    ...Object.values(methods).flatMap(({ requestType, responseType }) => [requestType, responseType]),
  ];
}

/** From the innermost scope outwards, as protobuf looks for names; null for the scalar types. */
function lookUp(root: Definition, scope: Path, type: string): Path | null {
  const parts = type.split(".");
  if (parts[0] === "") return parts.slice(1);
  for (let depth = scope.length; depth >= 0; depth--) {
    const path = [...scope.slice(0, depth), ...parts];
    if (at(root, path) !== undefined) return path;
  }
  return null;
}

function at(root: Definition, path: Path): Definition | undefined {
  return path.reduce<Definition | undefined>((inner, name) => inner?.nested?.[name], root);
}

/** What was reached, and what holds something that was. */
function keep(definition: Definition, path: Path, reached: ReadonlySet<string>): Definition {
  const { nested = {}, ...rest } = definition;
  const kept = Object.entries(nested).flatMap(([name, inner]) => {
    const innerPath = [...path, name];
    const left = keep(inner, innerPath, reached);
    return reached.has(innerPath.join(".")) || left.nested !== undefined ? [[name, left] as const] : [];
  });
  return kept.length === 0 ? rest : { ...rest, nested: Object.fromEntries(kept) };
}
