package words

import "strings"

// FunctionWords are the function words of a language in small letters: articles,
// pronouns, prepositions, conjunctions, particles and auxiliary verbs. It is nil
// for languages without a list. The lists are short and written for this program;
// a word that is of both sorts (that, will, sein) counts as a function word.
func FunctionWords(lang string) map[string]bool { return functionWords[lang] }

var functionWords = map[string]map[string]bool{
	"en": list(`a an the and or but nor so yet if then than that this these those who whom whose which what when where why how
		i me my mine myself you your yours yourself he him his himself she her hers herself it its itself we us our ours ourselves
		they them their theirs themselves thou thee thy thine ye one
		of in on at by for from to into unto upon with without within about above below over under after before between through
		during against among across along around behind beside beyond down near off out since till until up toward towards as like
		am is are was were be been being have has had having do does did doing done will would shall should can could may might must
		art hast hath doth dost wilt shalt not no don't i'm it's there here also too very just only even still again
		all any both each either every few many more most much neither none other some such same own because while though although
		whether lest o oh`),
	"de": list(`der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner und oder aber sondern denn
		ich mich mir mein meine meinen meinem meiner meines du dich dir dein deine deinen deinem deiner er ihn ihm sein seine seinen seinem seiner
		sie ihr ihre ihren ihrem ihrer es wir uns unser unsre unsere euch euer man sich dieser diese dieses diesem diesen jener jene jenes
		wer wen wem was wo wie wann warum welche welcher welches dass daß ob wenn weil als da so doch noch nur auch schon nicht nichts
		in im an am auf aus bei beim bis durch für gegen hinter mit nach neben ohne seit über um unter von vom vor zu zum zur zwischen
		bin bist ist sind seid war warst waren wart sei gewesen habe hast hat haben habt hatte hatten werde wirst wird werden wurde wurden worden
		kann kannst können konnte muss muß müssen musste soll sollen sollte will willst wollen wollte darf dürfen mag mögen möchte
		hier dort dann nun ja nein sehr mehr alle alles jeder jede jedes viel viele einige o`),
	"fr": list(`le la les l un une des du de d au aux et ou où mais donc or ni car que qu qui quoi dont lequel laquelle
		je j me m moi mon ma mes tu te t toi ton ta tes il elle on se s soi son sa ses nous notre nos vous votre vos ils elles leur leurs lui y en
		ce c cet cette ces cela ceci ça celui celle ceux celles
		à dans par pour sur sous avec sans chez vers entre depuis pendant contre devant derrière avant après jusque jusqu dès
		suis es est sommes êtes sont étais était étions étaient fus fut furent sera serai seront serait être été étant soit
		ai as a avons avez ont avais avait avaient eut aura aurait avoir eu ayant
		ne n pas plus point jamais rien si comme quand lorsque lorsqu puisque puisqu parce quoique tandis
		tout toute tous toutes même autre autres très bien aussi encore là ici alors puis ainsi o ô`),
	"it": list(`il lo la i gli le l un uno una e ed o od ma né che chi cui quale quali se perché come quando dove mentre
		io mi me mio mia miei mie tu ti te tuo tua tuoi tue egli ella lui lei si sé suo sua suoi sue noi ci ce nostro nostra nostri nostre
		voi vi ve vostro vostra essi esse loro ne questo questa questi queste quello quella quelli quelle quel quei ciò
		di d del dello della dei degli delle a ad al allo alla ai agli alle all da dal dallo dalla dai dagli dalle dall
		in nel nello nella nei negli nelle nell su sul sullo sulla sui sugli sulle sull con col per tra fra dell
		sono sei è siamo siete era ero eri erano fu fui furono sarà essere stato stata sia
		ho hai ha abbiamo avete hanno aveva avevo avevano ebbe avere avuto
		non no sì già più mai pur anche ancora poi così tanto tutto tutta tutti tutte ogni altro altra altri o qui qua là`),
	"es": list(`el la los las lo un una unos unas al del y e o u ni pero mas sino que quien quienes cual cuales cuyo si porque como cuando donde aunque
		yo me mí mi mis mío mía tú te ti tu tus él ella ello se sí su sus nosotros nos nuestro nuestra nuestros nuestras vosotros os vuestro ellos ellas le les
		este esta esto estos estas ese esa eso esos esas aquel aquella aquello aquellos aquellas
		a ante bajo con contra de desde en entre hacia hasta para por según sin sobre tras
		soy eres es somos son era eras eran fue fui fueron será ser sido sea siendo estoy está están estaba estar
		he has ha hemos han había habían hubo haber habido hay
		no ya más muy también tampoco tan tanto todo toda todos todas otro otra otros otras cada qué quién cómo cuándo dónde aquí allí`),
	"ru": list(`и а но да или либо ни же ли бы б ль ж что чтобы чтоб как если когда пока хоть хотя потому так то ведь
		я меня мне мной мною мой моя моё мое мои моей моего ты тебя тебе тобой тобою твой твоя твоё твое твои твоей он его ему им нём нем
		она её ее ей ею неё нее ней оно мы нас нам нами наш наша наше наши вы вас вам вами ваш ваша ваше ваши они их ими них ним ними
		себя себе собой собою свой своя своё свое свои своей своего своих
		этот эта это эти этого этой этом тот та те того той том тем кто кого кому кем чего чему чем который которая которое которые
		в во на с со к ко о об обо от ото из изо за над под подо по до для без безо у при про через между перед пред
		быть был была было были буду будет будут будь есть не нет уж уже ещё еще лишь только даже вот вон здесь там где куда откуда
		весь вся всё все всех всем сам сама сами о`),
}

func list(text string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(text) {
		out[w] = true
	}
	return out
}
