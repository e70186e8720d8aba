import { deployedScaler } from "./deployedScaler";
import { WORLD, scalerSettings } from "./main";
async function main(){ const d = deployedScaler(WORLD, scalerSettings(WORLD));
 for (const n of [1,60,240]) { const t0=performance.now(); await d.run({name:"t",demand:Array(n).fill(2)}); console.log(n, Math.round(performance.now()-t0)); } }
void main();
