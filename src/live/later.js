// Scripts that not everybody needs: fetched when something asks for them. features.js has those that the room's state asks for; here
// also those that somebody opens.

import { Component } from "preact";
import { html } from "./ui.js";

const AGAIN_MS = 10_000;

/** Is told when a script did not arrive: the line is cut, or the server has a newer one. */
export const missing = { tell: () => {} };

/**
 * What asks for a script: once, and again after ten seconds when it did not arrive.
 * @template T
 * @param {() => Promise<T>} load `() => import("./other.js")`: written out, since the address is put in when the program is built. That script
 *   must not import what imports this one: pack-assets refuses circles.
 * @param {(script: T) => void} arrived
 */
export function asking(load, arrived) {
  let under_way = false, again_ms = -Infinity;
  return () => {
    if (under_way || performance.now() < again_ms)
      return;
    under_way = true;
    load().then(arrived, (error) => {
      console.warn(error);
      under_way = false;
      again_ms = performance.now() + AGAIN_MS;
      missing.tell();
    });
  };
}

/**
 * Stands for a component of another script, which is fetched when it is first drawn; nothing is seen until then.
 * @param {() => Promise<any>} load see asking()
 * @param {string} name of the component in it
 */
export function later(load, name) {
  /** @type {any} */ let found = null;
  /** @type {Set<Component<any>>} */ const drawn = new Set();
  const ask = asking(load, (script) => {
    found = script[name];
    for (const one of drawn)
      one.setState({});
  });

  return class Later extends Component {
    componentDidMount() {
      drawn.add(this);
      ask();
    }

    componentDidUpdate() {
      ask();
    }

    componentWillUnmount() {
      drawn.delete(this);
    }

    render(/** @type {any} */ props) {
      return found && html`<${found} ...${props} />`;
    }
  };
}
