// The marketplace: of each environment and preset the best policies, ranked by what they are worth.
import { useEffect } from "preact/hooks";
import { type Loaded, useLoaded } from "../../load.ts";
import type { PageProps } from "../../main.tsx";
import { environments } from "../../service.ts";
import type { Kinds } from "../../ui/environment.ts";
import { Show } from "../../ui/state.tsx";
import { Board } from "./board.tsx";
import { Overview } from "./overview.tsx";

export function BoardsPage({ rest, place }: PageProps) {
  const kinds: Loaded<Kinds> = useLoaded(environments, []);
  const [env_id = "", preset = ""] = rest.split("/");
  const by = place.query.get("by") === "verified_reward" ? "verified_reward" : "expected";
  useEffect(() => {
    document.title = `${env_id === "" ? "Marketplace" : `${env_id}, ${preset}`} · PolicyLedger`;
  }, [env_id, preset]);
  return (
    <div class="boards">
      <Show of={kinds} rows={10}>
        {(value) =>
          env_id === "" ? (
            <Overview kinds={value} />
          ) : (
            <Board key={`${rest} ${by}`} kinds={value} env_id={env_id} preset={preset} by={by} />
          )
        }
      </Show>
    </div>
  );
}
