(()=>{"use strict";
const table=document.getElementById("problem-table");if(!table)return;
const body=table.tBodies[0],rows=[...body.rows],tools=document.getElementById("tools");
const input=document.getElementById("search"),told=document.getElementById("shown");
const texts=rows.map(row=>row.textContent.toLowerCase());
const show=()=>{const words=input.value.toLowerCase().split(/\s+/).filter(Boolean);let shown=0;
rows.forEach((row,n)=>{const fits=words.every(word=>texts[n].includes(word));row.hidden=!fits;shown+=fits});
told.textContent=shown===rows.length?"":shown+" of "+rows.length+" rows"};
input.addEventListener("input",show);tools.hidden=false;
[...table.tHead.rows[0].cells].forEach((head,column)=>{
const button=document.createElement("button");button.type="button";button.append(...head.childNodes);
head.append(button);
button.addEventListener("click",()=>{
const up=head.getAttribute("aria-sort")!=="ascending";
for(const other of table.tHead.rows[0].cells)other.removeAttribute("aria-sort");
head.setAttribute("aria-sort",up?"ascending":"descending");
const key=row=>{const cell=row.cells[column];return cell.dataset.key??cell.textContent};
const ordered=[...rows].sort((a,b)=>key(a).localeCompare(key(b),undefined,{numeric:true})*(up?1:-1));
body.append(...ordered)})});
})();
