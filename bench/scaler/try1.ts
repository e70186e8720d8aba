import { deployedScaler } from "./deployedScaler";
import { WORLD, policiesIn, scalerSettings } from "./main";
import { standardTraces } from "./traces";
import { scoreOf } from "./run";
import { simulate } from "./simulate";
async function main(){
  const want = process.argv[2]?.split(",");
  for (const t of standardTraces(1)) { if (want && !want.includes(t.name)) continue;
  const t0=performance.now();
  const run = await deployedScaler(WORLD, scalerSettings(WORLD)).run(t);
  console.log(t.name, Math.round(performance.now()-t0));
  const sim = await simulate(policiesIn(WORLD)[0]!(), t, WORLD);
  console.log("deployed",JSON.stringify(scoreOf(run)));
  console.log("pure    ",JSON.stringify(scoreOf(sim)));
  if (process.argv[3]) { const line=(r:any,k:string)=>r.steps.filter((_:any,i:number)=>i%3===0).map((x:any)=>x[k]);
   const a=line(run,"fleet"),b=line(sim,"fleet"); let n=0; a.forEach((v:number,i:number)=>{ if(v!==b[i] && n++<60) console.log((i/4).toFixed(2),v,b[i])}); }
  }
}
void main();
