import { render } from "preact";
import { App } from "./app";
import { followAddress } from "./state/route";
import { connect, startBeat } from "./state/store";
import "./style.css";

followAddress();
connect();
startBeat();
const place = document.getElementById("app");
if (place !== null) {
  place.textContent = "";
  render(<App />, place);
}
