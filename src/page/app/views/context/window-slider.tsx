import { count } from '../../ui/format.ts'

/* Sizes are spread by powers of two, so that small windows have as much room on the slider as large ones. */

const MIN_POWER = 11
const MAX_POWER = 20
const STEPS_PER_POWER = 16
/** Sizes are rounded to this many tokens. */
const GRAIN = 128

interface WindowSliderProps {
  readonly size: number
  readonly saved: number
  readonly onSize: (size: number) => void
}

export function WindowSlider({ size, saved, onSize }: WindowSliderProps) {
  const place = Math.round(Math.log2(Math.max(size, 1)) * STEPS_PER_POWER)
  return (
    <div class="window-slider">
      <label for="window-size">Try another size</label>
      <input
        id="window-size"
        type="range"
        min={MIN_POWER * STEPS_PER_POWER}
        max={MAX_POWER * STEPS_PER_POWER}
        value={place}
        aria-valuetext={`${count(size)} tokens`}
        onInput={(event) => onSize(sizeAt(Number(event.currentTarget.value)))}
      />
      <input
        type="number"
        aria-label="Tokens of the window"
        min={1}
        value={size}
        onChange={(event) => {
          const typed = Number(event.currentTarget.value)
          if (Number.isInteger(typed) && typed > 0) onSize(typed)
        }}
      />
      <span class="dim">tokens{size === saved ? ', as saved' : ''}</span>
    </div>
  )
}

function sizeAt(place: number): number {
  return Math.round(2 ** (place / STEPS_PER_POWER) / GRAIN) * GRAIN
}
