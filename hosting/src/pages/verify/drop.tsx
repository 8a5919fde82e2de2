// Where files are dropped, or chosen.
import { useEffect, useId, useState } from "preact/hooks";

const stay = (event: DragEvent) => event.preventDefault();

export function Drop({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const id = useId();
  const [isOver, setOver] = useState(false);
  // A file that is dropped beside the place for it must not take the reader away from the page.
  useEffect(() => {
    for (const kind of ["dragover", "drop"] as const) addEventListener(kind, stay);
    return () => {
      for (const kind of ["dragover", "drop"] as const) removeEventListener(kind, stay);
    };
  }, []);
  const over = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onFiles([...(event.dataTransfer?.files ?? [])]);
  };
  return (
    // What is dropped can be chosen as well, from the keyboard too.
    // biome-ignore lint/a11y/noStaticElementInteractions: see above
    <div
      class={isOver ? "drop over" : "drop"}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <p>
        <strong>Drop files here</strong>
      </p>
      <p class="choose">
        <input
          id={id}
          class="hidden"
          type="file"
          multiple
          onChange={(event) => {
            onFiles([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = "";
          }}
        />
        <label class="button" for={id}>
          or choose them
        </label>
      </p>
    </div>
  );
}
